"""Forms check and shape what people type about their accounts; actions store it."""
