import pytest
from tests.web import addresses
from tests import world as named
from relief.web.acts import ADDRESSES
pytestmark=pytest.mark.django_db
def test_probe(under_way, person):
    of=addresses.keywords(under_way)
    import json
    out={}
    for method in("get","post"):
        for name in sorted(addresses.names()):
            if name in("web:sign_out","web:sign_in","web:demo_sign_in","web:language","web:livez","web:readyz","web:book"): continue
            row={}
            for who in named.PEOPLE:
                p=person(under_way,who)
                u=addresses.address(name,of)
                from django.db import transaction
                try:
                    sid=transaction.savepoint()
                    r=getattr(p,method)(u); st=r.status_code
                    transaction.savepoint_rollback(sid)
                except Exception as e: st=f"{type(e).__name__}: {e}"[:150]
                row.setdefault(st,[]).append(who)
            out[(method,name)]=row
            print(method,name,{k:" ".join(v) for k,v in row.items()})
