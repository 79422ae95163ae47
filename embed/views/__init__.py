"""Pages: settings of sites, threads without JavaScript, the window for signing in, the script."""
