"""Well-Architected lenses and reviews: pages, REST, the writes, the report, and the sync with AWS."""
