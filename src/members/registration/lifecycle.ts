import type { LibraryStatus } from '../document.ts';
import { conflict, forbidden } from './errors.ts';

/** Who acts: the administrator's token, a federation administrator in person, or the library itself. */
export interface Caller {
  readonly kind: 'administrator' | 'staff' | 'library';
  /** The account, or the id of the library. */
  readonly id: string;
}

/** What each status means, in the words people are told. */
export const statusNames = {
  draft: { zh: '草稿', en: 'a draft' },
  testing: { zh: '待审批', en: 'waiting for approval' },
  approved: { zh: '已批准', en: 'approved' },
  live: { zh: '已上线', en: 'live' },
  paused: { zh: '已暂停', en: 'paused' },
  retired: { zh: '已退出', en: 'retired' },
} as const satisfies Record<LibraryStatus, { zh: string; en: string }>;

interface Transition {
  /** Whether it moves the newest version towards being asked, or the entry as a whole. */
  readonly of: 'version' | 'entry';
  readonly from: readonly LibraryStatus[];
  readonly to: LibraryStatus;
  readonly who: 'federation' | 'library or federation';
  /** Not for whoever made the version. */
  readonly secondPerson: boolean;
  readonly name: { readonly zh: string; readonly en: string };
}

const anybody = 'library or federation';

/**
 * The life of a library: draft → testing → approved → live ⇄ paused → retired. While a library is live
 * or paused, a newer version of it goes the same way as far as live, and the older one keeps answering.
 */
export const transitions = {
  submit: {
    of: 'version',
    from: ['draft'],
    to: 'testing',
    who: anybody,
    secondPerson: false,
    name: { zh: '提交审批', en: 'submitted' },
  },
  refuse: {
    of: 'version',
    from: ['testing', 'approved'],
    to: 'draft',
    who: 'federation',
    secondPerson: false,
    name: { zh: '退回修改', en: 'refused' },
  },
  approve: {
    of: 'version',
    from: ['draft', 'testing'],
    to: 'approved',
    who: 'federation',
    secondPerson: true,
    name: { zh: '批准', en: 'approved' },
  },
  golive: {
    of: 'version',
    from: ['approved'],
    to: 'live',
    who: anybody,
    secondPerson: false,
    name: { zh: '上线', en: 'put live' },
  },
  pause: {
    of: 'entry',
    from: ['live'],
    to: 'paused',
    who: anybody,
    secondPerson: false,
    name: { zh: '暂停', en: 'paused' },
  },
  resume: {
    of: 'entry',
    from: ['paused'],
    to: 'live',
    who: anybody,
    secondPerson: false,
    name: { zh: '恢复', en: 'resumed' },
  },
  retire: {
    of: 'entry',
    from: ['draft', 'testing', 'approved', 'live', 'paused'],
    to: 'retired',
    who: anybody,
    secondPerson: false,
    name: { zh: '退出', en: 'retired' },
  },
} as const satisfies Record<string, Transition>;
export type LifecycleAction = keyof typeof transitions;

/** Throws RegistrationError forbidden where the action is not for a caller of this kind at all. */
export function checkRole(action: LifecycleAction, caller: Caller): void {
  const transition: Transition = transitions[action];
  if (transition.who !== 'federation' || caller.kind !== 'library') return;
  throw forbidden(
    `只有联盟管理员可以进行此操作：${transition.name.zh}。`,
    `Only a federation administrator can have a library ${transition.name.en}.`,
  );
}

/** Throws RegistrationError unless the caller may act so on an entry or version in this status. */
export function checkTransition(
  action: LifecycleAction,
  status: LibraryStatus,
  caller: Caller,
  madeBy: { readonly kind: string; readonly id: string },
): void {
  const transition: Transition = transitions[action];
  if (!transition.from.includes(status)) {
    const may = transition.from.map((one) => statusNames[one]);
    throw conflict(
      `该馆现为${statusNames[status].zh}，不能${transition.name.zh}；此操作只适用于：${may.map(({ zh }) => zh).join('、')}。`,
      `The library is ${statusNames[status].en} and cannot be ${transition.name.en}; ` +
        `it would have to be ${may.map(({ en }) => en).join(' or ')}.`,
    );
  }
  if (transition.secondPerson && isSame(caller, madeBy)) {
    throw forbidden(
      '此版本由您提交，须由另一人批准。',
      'You made this version; somebody else has to approve it.',
    );
  }
}

function isSame(caller: Caller, madeBy: { readonly kind: string; readonly id: string }): boolean {
  return caller.kind === madeBy.kind && caller.id === madeBy.id;
}
