"""The sandbox: one process with every plugin's simulator, a phone, a mailbox and a start page.

It stands in for the whole world around the hub, so that the hub can be tried through its public
surfaces only. Holds no knowledge of any plugin: manifests name the simulators.
"""
