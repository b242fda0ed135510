"""Well-Architected lenses as numbers and rules: the file format, conditions, risks, the cheapest change, the comparison."""
