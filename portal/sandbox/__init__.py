"""The embedded AWS: moto in one process, completed by the operations that moto lacks.

It serves the AWS wire protocols on loopback, so that unmodified boto3 clients work against it. Nothing here imports
Django; the portal reaches it only over HTTP.
"""
