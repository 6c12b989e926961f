import type { Duration } from '../calendar/calendar.ts';

/** The layers of a policy, from the general to the particular; a later one decides over an earlier. */
export const policyLayers = [
  'consortium',
  'service',
  'lender',
  'home',
  'patron',
  'collection',
] as const;
export type PolicyLayer = (typeof policyLayers)[number];

export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** What a rule is asked about. A fact that is not known is null and meets no condition on it. */
export interface PolicyFacts {
  /** The day whose rules count. */
  readonly on: string;
  readonly service: 'loan' | 'copy';
  readonly lender: string | null;
  readonly lenderKind: string | null;
  readonly home: string | null;
  readonly patronGroup: string | null;
  readonly collection: string | null;
  readonly language: string | null;
  /** Years since publication. */
  readonly age: number | null;
  readonly delivery: 'courier' | 'pickup' | null;
}

/** When a rule applies; every condition that stands must hold. */
export interface RuleConditions {
  readonly service?: readonly string[];
  readonly lender?: readonly string[];
  readonly lenderKind?: readonly string[];
  readonly home?: readonly string[];
  readonly patronGroup?: readonly string[];
  readonly collection?: readonly string[];
  readonly language?: readonly string[];
  /** True for every language but Chinese. */
  readonly foreign?: boolean;
  readonly delivery?: readonly string[];
  readonly ageOver?: number;
  readonly ageUnder?: number;
}

/** Values by the kind of parameter: a number, a switch, a duration, a list of words or a word. */
export type PolicyValue = number | boolean | string | Duration | readonly string[] | null;

export interface PolicyRule {
  readonly id: string;
  readonly parameter: ParameterName;
  readonly layer: PolicyLayer;
  readonly when: RuleConditions;
  /** First and last day, both included; null is open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly value: PolicyValue;
  readonly sentence: Sentence;
  /** Where the rule comes from, as somebody can look it up. */
  readonly source: string;
}

export interface Policy {
  readonly id: string;
  readonly title: Sentence;
  readonly source: string;
  readonly rules: readonly PolicyRule[];
}

type Kind = 'count' | 'limit' | 'switch' | 'duration' | 'words' | 'word';

interface ParameterFacts {
  readonly kind: Kind;
  /** What holds where no rule speaks, with the sentence that says so. */
  readonly fallback: PolicyValue;
  readonly words?: readonly string[];
  readonly sentence: Sentence;
}

const days = (count: number): Duration => ({ count, unit: 'days' });
const workingDays = (count: number): Duration => ({ count, unit: 'working_days' });

const parameter = (
  kind: Kind,
  fallback: PolicyValue,
  zh: string,
  en: string,
  words?: readonly string[],
): ParameterFacts => ({ kind, fallback, sentence: { zh, en }, ...(words && { words }) });

/** Everything that policy decides, with what holds where it says nothing. */
export const policyParameters = {
  'loan.maxVolumes': parameter(
    'limit',
    3,
    '每位读者最多三册。',
    'A reader may have three volumes.',
  ),
  'loan.maxVolumesMode': parameter(
    'word',
    'outstanding',
    '册数按未还合计。',
    'Volumes count while they are outstanding.',
    ['outstanding', 'per_request'],
  ),
  'loan.blockUntilReturned': parameter(
    'switch',
    false,
    '未还清也可再次申请。',
    'A new request may be made before everything is back.',
  ),
  'loan.period': parameter('duration', days(30), '借期30天。', 'The loan period is 30 days.'),
  'loan.renewals': parameter('count', 0, '不可续借。', 'Loans are not renewed.'),
  'loan.eligible': parameter(
    'switch',
    true,
    '该类读者可以申请。',
    'Readers of this group may ask.',
  ),
  'loan.lends': parameter('switch', true, '该馆出借此类文献。', 'The library lends such items.'),
  'loan.monthlyQuota': parameter(
    'limit',
    null,
    '该馆每月册数不限。',
    'The lender has no monthly quota.',
  ),
  'request.cancelWindow': parameter(
    'duration',
    { count: 1, unit: 'hours' },
    '提交后一小时内可自行撤销。',
    'A request may be cancelled within one hour.',
  ),
  'request.noteMax': parameter(
    'limit',
    50,
    '备注限50字符。',
    'The note has 50 characters at most.',
  ),
  'request.required': parameter(
    'words',
    ['title', 'recipient', 'email'],
    '题名、收件人和电子邮箱必填。',
    'Title, recipient and e-mail are required.',
  ),
  'request.review': parameter(
    'words',
    [],
    '申请无需本馆逐件审核。',
    'The home library does not review every request.',
  ),
  'request.duplicateDays': parameter(
    'duration',
    days(14),
    '十四天内同一文献视为重复。',
    'The same item within fourteen days counts as a duplicate.',
  ),
  'request.nextLender': parameter(
    'switch',
    false,
    '出借馆拒绝后不自动转下一馆。',
    'A refused request is not sent on by itself.',
  ),
  'delivery.offered': parameter(
    'words',
    ['courier', 'pickup'],
    '可选物流传递或自取自还。',
    'Courier and self pick-up are offered.',
    ['courier', 'pickup'],
  ),
  'pickup.cardPeriod': parameter(
    'duration',
    days(35),
    '自取卡借用35天。',
    'The pick-up card is lent for 35 days.',
  ),
  'sla.delivery': parameter(
    'duration',
    workingDays(7),
    '提交成功后七个工作日内可取书。',
    'The item is there within seven working days.',
  ),
  'timer.answerDays': parameter(
    'duration',
    workingDays(3),
    '出借馆三个工作日内答复。',
    'A lender answers within three working days.',
  ),
  'timer.conditionDays': parameter(
    'duration',
    days(7),
    '读者七天内答复条件。',
    'The reader answers a condition within seven days.',
  ),
  'timer.offerDays': parameter(
    'duration',
    days(10),
    '出借馆的条件保留十天。',
    'A lender’s offer stands for ten days.',
  ),
  'timer.retryDays': parameter(
    'duration',
    days(7),
    '七天内补充信息。',
    'Missing data is added within seven days.',
  ),
  'timer.promiseDays': parameter(
    'duration',
    workingDays(5),
    '满足后五个工作日内寄出。',
    'A promised item leaves within five working days.',
  ),
  'timer.transitDays': parameter(
    'duration',
    workingDays(5),
    '物流五个工作日内送达。',
    'Transport takes at most five working days.',
  ),
  'timer.holdDays': parameter(
    'duration',
    workingDays(5),
    '到馆后保留五个工作日。',
    'An item is held for five working days.',
  ),
  'timer.pickupDays': parameter(
    'duration',
    workingDays(7),
    '自取保留七个工作日。',
    'An item waits seven working days at the lender.',
  ),
  'timer.cancelAnswerDays': parameter(
    'duration',
    workingDays(2),
    '撤销申请两个工作日内答复，逾期视为同意。',
    'A cancellation is answered within two working days, or else granted.',
  ),
  'timer.overdueRepeat': parameter(
    'duration',
    days(7),
    '逾期每七天提醒一次。',
    'An overdue loan is reminded of every seven days.',
  ),
  'notice.dueSoonDays': parameter(
    'words',
    ['7', '3', '1'],
    '到期前七天、三天、一天提醒。',
    'A reminder goes out seven, three and one day before.',
  ),
  'privacy.unlinkAfter': parameter(
    'duration',
    days(180),
    '结束180天后解除读者与题名的关联。',
    'Reader and title are unlinked 180 days after the end.',
  ),
  'privacy.photoAfter': parameter(
    'duration',
    days(30),
    '自取服务终止30天后删除照片。',
    'The photo is deleted 30 days after the service ends.',
  ),
} as const satisfies Readonly<Record<string, ParameterFacts>>;
export type ParameterName = keyof typeof policyParameters;

export function isParameterName(text: string): text is ParameterName {
  return Object.hasOwn(policyParameters, text);
}

export function parameterFacts(name: ParameterName): ParameterFacts {
  return policyParameters[name];
}
