"""Experiment templates of AWS Fault Injection Service, as the API gives them and as CloudFormation writes them."""
