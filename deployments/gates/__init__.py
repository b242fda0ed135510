"""What has to agree before a rollout goes on."""
