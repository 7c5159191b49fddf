"""The infrastructure of PayScope as a CDK app. Only names of errors are taken from the package."""
