"""What kind of thing each service is: serverless, in a mesh, on a database that fits."""
