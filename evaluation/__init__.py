"""From a bundle and labelled cases to figures."""
