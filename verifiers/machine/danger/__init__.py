"""What no command line may do: rules on each simple command, checked before anything runs."""
