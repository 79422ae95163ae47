import socket, pytest
from django.core.cache import cache
def test_net():
    with pytest.raises(OSError): socket.create_connection(("example.com",80),timeout=2)
    with pytest.raises(OSError): socket.create_connection(("93.184.216.34",80),timeout=2)
def test_cache():
    cache.set("a",1); assert cache.get("a")==1
def test_cache2(): assert cache.get("a") is None
@pytest.mark.django_db(transaction=True)
def test_browser(chromium_page):
    r=chromium_page.goto("/healthz"); assert r.status==200
    chromium_page.set_content("<p>한글</p>")
    from accounts.models import User
    assert User.objects.count()==0
