"""Amazon S3: report files and the chain's work files."""
