"""From labelled cases to a bundle."""
