import test from 'ava';
import { parseXml } from '../../../../src/runtime/cluster/parse-xml.ts';
import { parseClusterState } from '../../../../src/runtime/cluster/state.ts';

/** What Corosync 3.1.9 and Pacemaker 3.0.0 print, shortened; a failure and a fencing added. */
const printed = `Quorum information
------------------
Quorum provider:  corosync_votequorum
Nodes:            3
Node ID:          1
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      3
Quorum:           2  
Flags:            Quorate 

Membership information
----------------------
    Nodeid      Votes Name
         1          1 lb_1 (local)
         2          1 lb_2
         3          1 lb_3
---
<pacemaker-result api-version="2.38" request="crm_mon --output-as=xml --include=all --fence-history=3">
  <summary>
    <current_dc present="true" version="3.0.0-3.0.0" name="lb_1" id="1" with_quorum="true" mixed_version="false"/>
    <nodes_configured number="3"/>
    <resources_configured number="6" disabled="0" blocked="0"/>
    <cluster_options stonith-enabled="true" symmetric-cluster="true" no-quorum-policy="stop" maintenance-mode="false" stop-all-resources="false" stonith-timeout-ms="60000" priority-fencing-delay-ms="0"/>
  </summary>
  <nodes>
    <node name="lb_1" id="1" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" health="green" feature_set="3.20.0" shutdown="false" expected_up="true" is_dc="true" resources_running="2" type="member"/>
    <node name="lb_2" id="2" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" health="green" feature_set="3.20.0" shutdown="false" expected_up="true" is_dc="false" resources_running="2" type="member"/>
    <node name="lb_3" id="3" online="true" standby="false" standby_onfail="false" maintenance="false" pending="false" unclean="false" health="green" feature_set="3.20.0" shutdown="false" expected_up="true" is_dc="false" resources_running="2" type="member"/>
  </nodes>
  <resources>
    <resource id="vip" resource_agent="ocf:heartbeat:IPaddr2" role="Started" active="true" orphaned="false" blocked="false" maintenance="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
      <node name="lb_1" id="1" cached="true"/>
    </resource>
    <clone id="traefik-clone" multi_state="false" unique="false" maintenance="false" managed="true" disabled="false" failed="false" failure_ignored="false">
      <resource id="traefik" resource_agent="ocf:haplat:traefik" role="Started" active="true" orphaned="false" blocked="false" maintenance="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
        <node name="lb_1" id="1" cached="true"/>
      </resource>
      <resource id="traefik" resource_agent="ocf:haplat:traefik" role="Started" active="true" orphaned="false" blocked="false" maintenance="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
        <node name="lb_3" id="3" cached="true"/>
      </resource>
      <resource id="traefik" resource_agent="ocf:haplat:traefik" role="Started" active="true" orphaned="false" blocked="false" maintenance="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
        <node name="lb_2" id="2" cached="true"/>
      </resource>
    </clone>
    <resource id="fence_1" resource_agent="stonith:fence_docker" role="Started" active="true" orphaned="false" blocked="false" maintenance="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
      <node name="lb_2" id="2" cached="true"/>
    </resource>
  </resources>
  <failures>
    <failure op_key="traefik_monitor_1000" node="lb_2" exitstatus="not running" exitreason="it&apos;s gone &amp; away" exitcode="7" call="22" status="complete"/>
  </failures>
  <fence_history status="0">
    <fence_event target="lb_2" action="reboot" delegate="lb_3" client="pacemaker-controld.75" origin="lb_1" status="success" completed="2026-01-06 12:11:27.395496Z"/>
  </fence_history>
  <status code="0" message="OK"/>
</pacemaker-result>
`;

test('quorum, members, resources, failures and fencing are read from what the tools print', (t) => {
  t.deepEqual(parseClusterState(printed), {
    quorate: true,
    votes: { expected: 3, total: 3, quorum: 2 },
    dc: 'lb_1',
    members: ['lb_1', 'lb_2', 'lb_3'].map((name) => ({ name, online: true, standby: false, unclean: false, pending: false })),
    resources: [
      { id: 'vip', agent: 'ocf:heartbeat:IPaddr2', nodes: ['lb_1'], failed: false, blocked: false },
      { id: 'traefik', agent: 'ocf:haplat:traefik', nodes: ['lb_1', 'lb_2', 'lb_3'], failed: false, blocked: false },
      { id: 'fence_1', agent: 'stonith:fence_docker', nodes: ['lb_2'], failed: false, blocked: false },
    ],
    failures: [{ operation: 'traefik_monitor_1000', node: 'lb_2', reason: "not running: it's gone & away" }],
    fencing: {
      enabled: true,
      history: [{ action: 'reboot', target: 'lb_2', by: 'lb_3', status: 'success', at: '2026-01-06 12:11:27.395496Z' }],
    },
  });
});

test('a partition without a majority is not quorate and may have nobody who decides', (t) => {
  const cut = printed
    .replace('Quorate:          Yes', 'Quorate:          No')
    .replace('Total votes:      3', 'Total votes:      1')
    .replace(/<current_dc [^>]*>/, '<current_dc present="false"/>');
  t.like(parseClusterState(cut), { quorate: false, votes: { expected: 3, total: 1, quorum: 2 }, dc: undefined });
});

test('what is cut off in the middle is refused, not half read', (t) => {
  for (const text of ['', '<a><b/>', '<a></b></a>', printed.slice(0, -40)]) t.throws(() => parseClusterState(text), { instanceOf: SyntaxError });
});

test('attributes with either quotes and entities are read', (t) => {
  t.deepEqual(parseXml(`<?xml version="1.0"?><a x='1 &lt; 2'><!-- <no/> --><b y="&#65;&#x42;"/></a>`), {
    name: 'a',
    attributes: { x: '1 < 2' },
    children: [{ name: 'b', attributes: { y: 'AB' }, children: [] }],
  });
});
