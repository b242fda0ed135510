"""The catalog as a list: filters, facets, columns, exports, saved views."""
