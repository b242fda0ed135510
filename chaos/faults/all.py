"""Every fault that the portal brings: one module each, with its armed change as KIND and itself as FAULT."""

from __future__ import annotations

from chaos.faults import function_off, nft_packet_loss, proxy_blackhole, proxy_latency, proxy_reset, zone_down

MODULES = (
    zone_down,
    function_off,
    proxy_latency,
    proxy_reset,
    proxy_blackhole,
    nft_packet_loss,
)
