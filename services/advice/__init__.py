"""The database advisor: what teams say of their data, and what is made of it."""
