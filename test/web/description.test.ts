import t from 'tap';
import { eachDatabase } from '../support/database.ts';
import { loanWeb } from '../support/loan-web.ts';

t.setTimeout(120_000);

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: unknown }>>;

const loanTags = ['readers', 'requests', 'desks', 'rules'];

eachDatabase('every loan route is described for programs that read nothing else', async (t, db) => {
  if (db.engine === 'postgresql') return;
  const web = await loanWeb(db);
  t.teardown(() => web.close());
  const { paths } = (await web.ask(null, 'GET', '/openapi.json')).json();
  const all = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        path,
      })),
  );
  const routes = all.filter(({ tags }) => tags?.some((tag) => loanTags.includes(tag)));
  t.ok(routes.length > 70, `${routes.length} routes`);
  const ids = routes.map(({ operationId }) => operationId ?? '');
  t.same(
    ids.filter((id, index) => !/^[a-z][A-Za-z]+$/.test(id) || ids.indexOf(id) !== index),
    [],
    'each has a name of its own',
  );
  for (const { name, path, summary, security, parameters = [], responses } of routes) {
    t.ok((summary ?? '').length > 8, `${name} says what it does`);
    t.ok(Array.isArray(security), `${name} says who may call it`);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
    const named = parameters.map((parameter) => parameter.name);
    t.same(
      inPath.filter((part) => !named.includes(part ?? '')),
      [],
      `${name} describes what stands in its address`,
    );
    const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
    t.ok(good.length > 0, `${name} describes its answer`);
    for (const [status, { content }] of good) {
      const empty = ['202', '204', '302', '303'].includes(status);
      t.ok(empty || content !== undefined, `${name} describes what ${status} carries`);
    }
    for (const status of ['401', '403', '404', '409', '503']) {
      t.ok(
        responses[status]?.content?.['application/problem+json'],
        `${name} describes a problem of ${status}`,
      );
    }
  }
  const submit = routes.find(({ operationId }) => operationId === 'submitRequest');
  const key = submit?.parameters?.find(({ name }) => name === 'idempotency-key');
  t.equal(key?.required, true, 'a header that is needed is called so');
});
