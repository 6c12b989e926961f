import type { FastifyInstance } from 'fastify';
import type { HealthLine } from '../../members/health/read.ts';
import { type HealthReport, type Range, ranges } from '../../members/health/report.ts';
import { timedPhases } from '../../members/health/tally.ts';
import { openHealth } from '../api/health/reports.ts';
import { publicLibrary } from '../api/libraries/callers.ts';
import type { Assets } from '../assets.ts';
import type { WebContext } from '../context.ts';
import { type Language, languageOf } from '../language.ts';
import { bars, clockTime, percent } from './health-bars.ts';
import { type HealthTexts, healthTexts } from './health-texts.ts';
import { type Html, html } from './html.ts';
import { sendPage } from './layout.ts';

/** `/health` and `/health/{id}`: the same figures as the API, for people, without script. */
export function registerHealthPages(
  app: FastifyInstance,
  context: WebContext,
  assets: Assets,
): void {
  if (context.health === undefined) return;

  app.get('/health', { schema: { hide: true } }, async (request, reply) => {
    const language = languageOf(request);
    const text = healthTexts[language];
    return sendPage(reply, {
      language,
      title: text.title,
      assets,
      main: listPage(await openHealth(context).reader.list(), language),
      otherLanguage: `/health?lang=${other(language)}`,
    });
  });

  app.get('/health/:id', { schema: { hide: true } }, async (request, reply) => {
    const library = publicLibrary(context, request);
    const { id } = library;
    const language = languageOf(request);
    const text = healthTexts[language];
    const { range: wanted } = request.query as { range?: string };
    const range: Range = wanted !== undefined && wanted in ranges ? (wanted as Range) : '24h';
    const report = await openHealth(context).reader.report(id, range);
    const name = nameOf(library.name, language);
    return sendPage(reply, {
      language,
      title: `${name} · ${text.title}`,
      assets,
      main: reportPage(name, report, language),
      otherLanguage: `/health/${id}?lang=${other(language)}&range=${range}`,
    });
  });
}

const other = (language: Language): Language => (language === 'zh' ? 'en' : 'zh');

type Name = { readonly zh: string; readonly en?: string | undefined };

function nameOf(name: Name, language: Language): string {
  return language === 'en' ? (name.en ?? name.zh) : name.zh;
}

function listPage(lines: readonly HealthLine[], language: Language): Html {
  const text = healthTexts[language];
  const rows = lines.map(
    (line) => html`<tr class="health-${line.state}">
<th scope="row"><a href="/health/${line.library}?lang=${language}">${nameOf(line.name, language)}</a></th>
<td><span class="words">${text.states[line.state]}</span>${line.since === null ? null : html` <span class="note">${text.since} ${clockTime(line.since)}</span>`}</td>
<td>${percent(line.availability.share, text)}</td>
<td>${millis(line.latency?.p50Ms ?? null, text)}</td>
<td>${millis(line.latency?.p99Ms ?? null, text)}</td>
<td>${line.lastGoodAt === null ? text.never : clockTime(line.lastGoodAt)}</td>
<td>${line.maintenance === null ? null : `${clockTime(line.maintenance.from)} – ${clockTime(line.maintenance.to)}`}</td>
</tr>`,
  );
  return html`<h1>${text.title}</h1>
<p>${text.lead} ${text.timezone}</p>
<div class="figures" tabindex="0" role="region" aria-label="${text.title}"><table>
<thead><tr><th scope="col">${text.library}</th><th scope="col">${text.state}</th>
<th scope="col">${text.availabilityOf(text.ranges['24h'])}</th><th scope="col">p50</th><th scope="col">p99</th>
<th scope="col">${text.lastGood}</th><th scope="col">${text.maintenance}</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function reportPage(name: string, report: HealthReport, language: Language): Html {
  const text = healthTexts[language];
  return html`<p><a href="/health?lang=${language}">${text.all}</a></p>
<h1>${name}</h1>
<p class="health-${report.state}"><strong class="words">${text.states[report.state]}</strong>${
    report.since === null ? null : ` ${text.since} ${clockTime(report.since)}`
  }${report.cause === null ? null : html` · ${report.cause[language]} <span class="note">${report.cause.code}</span>`}</p>
<p>${text.lastGood}: ${report.lastGoodAt === null ? text.never : clockTime(report.lastGoodAt)}<br>
${text.lastChecked}: ${report.lastCheckedAt === null ? text.never : clockTime(report.lastCheckedAt)}</p>
${maintenanceSection(report, language)}
${availabilitySection(report, text)}
${bars(text.hours, report.hours, text)}
${bars(text.days, report.days, text)}
${timesSection(report, language)}
${causesSection(report, language)}
${incidentsSection(report, language)}
<p class="note">${text.lead} ${text.timezone}</p>`;
}

function maintenanceSection({ maintenance }: HealthReport, language: Language): Html {
  const text = healthTexts[language];
  const rows = maintenance.map(
    ({ from, to, reason }) => html`<tr><td>${clockTime(from)}</td><td>${clockTime(to)}</td>
<td>${reason[language] ?? reason.zh ?? reason.en}</td></tr>`,
  );
  return html`<h2>${text.maintenance}</h2>
${
  rows.length === 0
    ? html`<p>${text.noMaintenance}</p>`
    : html`<table><thead><tr><th scope="col">${text.from}</th><th scope="col">${text.to}</th>
<th scope="col">${text.reason}</th></tr></thead><tbody>${rows}</tbody></table>`
}`;
}

function availabilitySection({ availability }: HealthReport, text: HealthTexts): Html {
  const rows = (Object.keys(ranges) as Range[]).map((range) => {
    const { share, hoursAsked, hours } = availability[range];
    return html`<tr><th scope="row">${text.ranges[range]}</th><td>${percent(share, text)}</td>
<td class="note">${text.ofHours(hoursAsked, hours)}</td></tr>`;
  });
  return html`<h2>${text.availability}</h2><table><tbody>${rows}</tbody></table>`;
}

function timesSection({ library, range, latency }: HealthReport, language: Language): Html {
  const text = healthTexts[language];
  const links = (Object.keys(ranges) as Range[]).map((one) =>
    one === range
      ? html`<strong aria-current="true">${text.ranges[one]}</strong> `
      : html`<a href="/health/${library}?lang=${language}&amp;range=${one}">${text.ranges[one]}</a> `,
  );
  const rows = timedPhases.flatMap((phase) => {
    const figures = latency[phase];
    if (figures === undefined) return [];
    const { count, p50Ms, p90Ms, p99Ms } = figures;
    return [
      html`<tr><th scope="row">${text.phases[phase]}</th><td>${count}</td><td>${millis(p50Ms, text)}</td>
<td>${millis(p90Ms, text)}</td><td>${millis(p99Ms, text)}</td></tr>`,
    ];
  });
  return html`<h2>${text.times}</h2><p class="ranges">${links}</p>
${
  rows.length === 0
    ? html`<p>${text.noData}</p>`
    : html`<table><thead><tr><th scope="col">${text.phase}</th><th scope="col">${text.count}</th>
<th scope="col">p50</th><th scope="col">p90</th><th scope="col">p99</th></tr></thead><tbody>${rows}</tbody></table>`
}`;
}

function causesSection({ causes }: HealthReport, language: Language): Html {
  const text = healthTexts[language];
  const rows = causes.map(
    ({ cause, count, message, fix }) => html`<tr>
<th scope="row">${message[language]} <span class="note">${cause}</span></th><td>${count}</td><td>${fix[language]}</td></tr>`,
  );
  return html`<h2>${text.causes}</h2>
${
  rows.length === 0
    ? html`<p>${text.noCauses}</p>`
    : html`<table><thead><tr><th scope="col">${text.cause}</th><th scope="col">${text.count}</th>
<th scope="col">${text.fix}</th></tr></thead><tbody>${rows}</tbody></table>`
}`;
}

function incidentsSection({ incidents }: HealthReport, language: Language): Html {
  const text = healthTexts[language];
  const rows = incidents.map(
    ({ beganAt, endedAt, cause, message }) => html`<tr><td>${clockTime(beganAt)}</td>
<td>${endedAt === null ? text.still : clockTime(endedAt)}</td>
<td>${message[language]} <span class="note">${cause}</span></td></tr>`,
  );
  return html`<h2>${text.incidents}</h2>
${
  rows.length === 0
    ? html`<p>${text.noIncidents}</p>`
    : html`<table><thead><tr><th scope="col">${text.from}</th><th scope="col">${text.to}</th>
<th scope="col">${text.cause}</th></tr></thead><tbody>${rows}</tbody></table>`
}`;
}

function millis(ms: number | null, text: HealthTexts): string {
  if (ms === null) return text.noData;
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)}\u00a0s` : `${ms}\u00a0ms`;
}
