"""The record as a site: pages, pictures, and what is laid out on them. Its files are written to `site/`, beside the record."""
