"""Check certificates: compute their bounds and radius again from their counts, and compare all they state.

``verification.certificate_check.verify`` does it. The client and the gateway both use it.
"""
