import t from 'tap';
import { startTestGateway } from '../support/gateway.ts';
import { doorAt, searchSuite, suiteBehaviours, suiteLibraries } from '../support/search-suite.ts';

const gateway = await startTestGateway(suiteLibraries, suiteBehaviours);
t.teardown(() => gateway.close());
searchSuite(t, doorAt(await gateway.app.listen({ host: '127.0.0.1', port: 0 })));
