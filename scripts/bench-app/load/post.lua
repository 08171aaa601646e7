wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"name":"an item of the benchmark","description":"some words about it","data":{"colour":"green","size":12}}'
