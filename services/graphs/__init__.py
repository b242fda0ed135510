"""The relations around one entity, as a drawing and as a table."""
