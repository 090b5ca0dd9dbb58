"""Market recap bot: ranked causal explanations of the crypto market, told as a thread."""
