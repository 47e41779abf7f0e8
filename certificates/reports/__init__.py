"""What many certificates say together: certified accuracy, paired comparison of radii, pictures of both."""
