"""Storing: the one write path of the catalog, and the documents, index, edges and history that it keeps."""
