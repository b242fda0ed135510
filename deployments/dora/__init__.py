"""DORA's five metrics of production deployments, with the deployments behind each figure."""
