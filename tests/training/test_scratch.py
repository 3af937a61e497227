import json, time
from data.complaint import Complaint
def test_x(mixed_router, trained, mixes):
    print((trained/"decision.json").read_text()); print((trained/"metrics.json").read_text()); print((trained/"desks.json").read_text()[:3000]); print((trained/"jurisdiction.json").read_text()[:1500])
    L=json.loads((trained/"labels.json").read_text()); print({k:len(v) for k,v in L['heads'].items()}, L['schemes'], list(L['heads']))
    from evaluation.evaluate import evaluate
    for m,c in mixes.items():
        print(m, evaluate(mixed_router,c.cases))
    for r in mixed_router.route([Complaint("kostum tari di sanggar balai sobek"), Complaint("lampu jalan mati",regency="Kota Surabaya"), Complaint("")]): print(json.dumps(r.to_row()))
    assert 0
