"""MiniStack, the AWS emulator, behind a launcher that closes the gaps that the product meets."""
