"""The shell of Colonnade: plugin contract, jobs, armed changes, access, audit and AWS."""
