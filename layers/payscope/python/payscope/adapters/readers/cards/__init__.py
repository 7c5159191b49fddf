"""Files of card schemes and switches: IPM, T140, print images, message logs."""
