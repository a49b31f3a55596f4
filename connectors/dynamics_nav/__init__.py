"""Connector for Microsoft Dynamics NAV and Business Central."""
