"""What has to agree before a rollout goes on, and who may say otherwise."""
