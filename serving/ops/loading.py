"""Loads the bundle that answers, as the settings want it."""

from classifier import bundle as bundles
from classifier.policy_file import load_policy
from classifier.router import Router
from data.home import active_bundle
from serving.settings import Settings


def load_router(settings: Settings) -> Router:
    """The router of the configured bundle, or of the active one.

    Raises:
        PintuError: there is none, or it is damaged, or the profile or the policy has faults.
    """
    bundle = bundles.load(settings.bundle or active_bundle())
    if settings.profile:
        bundle.registry = bundle.registry.with_profile(settings.profile)
    policy = None
    if settings.policy:
        known = {*bundle.registry.mandates, *bundle.desks.own}
        policy = load_policy(settings.policy, known)
    router = Router(bundle, policy)
    router.units("dinas", limit=1)  # builds the index of names, so that no client waits for it
    return router
