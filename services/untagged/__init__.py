"""The untagged bucket: resources without a service, and what is decided about them."""
