-- Pages of 35 to 65 items in turns: fifty on average, and no two requests at a time ask for the same.
local turn = 0
request = function()
  turn = turn + 1
  return wrk.format(nil, "/items?limit=" .. (35 + turn % 31))
end
