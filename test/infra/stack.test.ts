// One process for all that look at the synthesized stack: loading the CDK takes longer than any of them.
import './alarms.suite.ts'
import './api.suite.ts'
import './least-privilege.suite.ts'
import './order.suite.ts'
import './practices.suite.ts'
import './queues.suite.ts'
import './retained.suite.ts'
import './snapshot.suite.ts'
