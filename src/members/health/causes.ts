export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface Explained {
  readonly message: Bilingual;
  /** What the library's own people might do about it. */
  readonly fix: Bilingual;
}

const explained = {
  refused_connection: {
    message: {
      zh: '服务器拒绝了连接',
      en: 'The server refuses connections.',
    },
    fix: {
      zh: '请确认检索服务正在运行、端口未变，并且防火墙允许本系统的地址访问。',
      en: 'See that the search service runs on its port, and that the firewall lets this gateway’s address in.',
    },
  },
  reset: {
    message: { zh: '服务器中断了连接', en: 'The server breaks connections off.' },
    fix: {
      zh: '请查看服务器日志：可能在重启、连接数已满，或防火墙切断了连接。',
      en: 'Look at the server’s log: it may be restarting, out of connections, or cut off by a firewall.',
    },
  },
  silent: {
    message: { zh: '在时限内没有应答', en: 'No answer came in time.' },
    fix: {
      zh: '请检查服务器负载与网络；若防火墙丢弃了本系统的连接，请放行本系统的地址。',
      en: 'Check the server’s load and network; if a firewall drops this gateway’s packets, let its address in.',
    },
  },
  name: {
    message: { zh: '找不到该主机名', en: 'The host name cannot be found.' },
    fix: {
      zh: '请检查域名解析；若主机名已更换，请更新登记的地址。',
      en: 'Check the name server; if the host has a new name, change the address that is registered.',
    },
  },
  route: {
    message: { zh: '网络不可达', en: 'The network cannot be reached.' },
    fix: {
      zh: '请检查本馆网络出口与路由；限教育网访问的，请在登记信息中注明。',
      en: 'Check the library’s network and routes; if only CERNET may reach it, say so in the entry.',
    },
  },
  certificate: {
    message: { zh: 'TLS 证书或协议有误', en: 'The TLS certificate or protocol is wrong.' },
    fix: {
      zh: '请更新证书（是否过期、域名是否相符、证书链是否完整）。',
      en: 'Renew the certificate: not expired, right host name, complete chain.',
    },
  },
  address: {
    message: { zh: '地址不在批准的范围内', en: 'The address is outside what was approved.' },
    fix: {
      zh: '主机名现在指向未经批准的地址；请联系联盟管理员重新批准。',
      en: 'The host name now leads to an address nobody approved; ask the federation to approve it.',
    },
  },
  access: {
    message: { zh: '服务器拒绝访问', en: 'The server refuses access.' },
    fix: {
      zh: '请检查账号、密码是否更换，以及是否按地址限制访问。',
      en: 'See whether the account or password has changed, and whether access is limited by address.',
    },
  },
  credentials: {
    message: { zh: '缺少访问凭证', en: 'The credentials are missing.' },
    fix: {
      zh: '请通过登记接口重新提交账号和密码。',
      en: 'Give the account and password again through the registration.',
    },
  },
  server_error: {
    message: { zh: '服务器内部错误', en: 'The server fails inside.' },
    fix: {
      zh: '请查看服务器日志；检索程序或数据库可能已停止。',
      en: 'Look at the server’s log: the catalogue program or its database may have stopped.',
    },
  },
  overload: {
    message: { zh: '服务器繁忙', en: 'The server says it is busy.' },
    fix: {
      zh: '请增加允许的连接数，或在登记信息中调低每分钟次数。',
      en: 'Allow more connections, or lower the rate per minute in the entry.',
    },
  },
  not_there: {
    message: { zh: '地址上没有检索服务', en: 'There is no search service at the address.' },
    fix: {
      zh: '服务可能已迁移或更换路径；请更新登记的地址或数据库名。',
      en: 'The service may have moved; change the registered address or database name.',
    },
  },
  web_page: {
    message: {
      zh: '返回的是网页而不是检索结果',
      en: 'A web page comes in place of an answer.',
    },
    fix: {
      zh: '可能跳转到了登录页、维护页或验证码；请放行本系统的地址，或声明维护。',
      en: 'It may be a sign-in, maintenance or captcha page: let this gateway’s address in, or declare maintenance.',
    },
  },
  form: {
    message: { zh: '返回内容无法识别', en: 'The answer cannot be understood.' },
    fix: {
      zh: '编码、记录格式或页面结构可能已更改（例如系统升级）；请重新探测并更新配置。',
      en: 'The charset, record format or page layout may have changed, as after an upgrade: probe again and update the entry.',
    },
  },
  cut: {
    message: { zh: '应答不完整', en: 'Answers break off before their end.' },
    fix: {
      zh: '请检查代理、超时与记录大小的限制。',
      en: 'Check proxies, time limits and limits of record size.',
    },
  },
  slow: {
    message: { zh: '应答缓慢', en: 'Answers are slow.' },
    fix: {
      zh: '请检查服务器负载与索引；读者会先看到其他馆的结果。',
      en: 'Check the server’s load and indexes; readers see other libraries first.',
    },
  },
  item_missing: {
    message: { zh: '找不到原有的记录', en: 'Records that were there are not found.' },
    fix: {
      zh: '请确认索引完整、数据库名未变；检索词的编码也可能已更改。',
      en: 'See that the index is whole and the database name unchanged; the charset of terms may have changed.',
    },
  },
  item_changed: {
    message: { zh: '记录内容出现乱码或变动', en: 'Records come back changed or garbled.' },
    fix: {
      zh: '记录的编码可能已更改；请重新探测并更新配置。',
      en: 'The charset of the records may have changed: probe again and update the entry.',
    },
  },
  fewer: {
    message: { zh: '命中数明显减少', en: 'Far fewer records are found than before.' },
    fix: {
      zh: '请确认索引是否完整，或数据是否正在重新装载。',
      en: 'See whether the index is whole, or is being built anew.',
    },
  },
  no_records: {
    message: { zh: '没有返回可读的记录', en: 'No record comes that can be read.' },
    fix: {
      zh: '请确认数据库不为空，并检查记录格式与编码。',
      en: 'See that the database is not empty, and check record format and charset.',
    },
  },
  index: {
    message: {
      zh: '不能按登记的字段检索',
      en: 'An index that is registered cannot be searched.',
    },
    fix: {
      zh: '请核对登记的检索字段；服务器的配置可能已更改。',
      en: 'Compare the registered indexes with the server’s: its configuration may have changed.',
    },
  },
  unknown: {
    message: { zh: '原因不明', en: 'The reason is not known.' },
    fix: {
      zh: '请用探测功能检查本馆的登记信息。',
      en: 'Probe the library’s entry to find out more.',
    },
  },
} as const satisfies Record<string, Explained>;

type Family = keyof typeof explained;

const families: Readonly<Record<string, Family>> = {
  connect_refused: 'refused_connection',
  connect_reset: 'reset',
  connect_timeout: 'silent',
  timeout: 'silent',
  deadline: 'silent',
  body_too_slow: 'silent',
  no_answer: 'silent',
  dns: 'name',
  no_route: 'route',
  unreachable: 'route',
  tls: 'certificate',
  forbidden_address: 'address',
  forbidden_url: 'address',
  init_refused: 'access',
  refused: 'access',
  x_refused: 'access',
  x_login: 'access',
  x_licence: 'access',
  secret_missing: 'credentials',
  busy: 'overload',
  html_answer: 'web_page',
  expect_missing: 'web_page',
  redirect: 'web_page',
  not_z3950: 'not_there',
  not_sru: 'not_there',
  not_xservice: 'not_there',
  body_cut: 'cut',
  html_truncated: 'cut',
  pdu_truncated: 'cut',
  incomplete: 'cut',
  slow: 'slow',
  item_missing: 'item_missing',
  item_changed: 'item_changed',
  fewer: 'fewer',
  no_records: 'no_records',
  unreadable: 'no_records',
  malformed: 'form',
  query: 'index',
  unmappable_term: 'index',
};

/** A cause of the closed vocabulary in words, with what may be done about it. */
export function explainCause(cause: string): Explained {
  return explained[familyOf(cause)];
}

function familyOf(cause: string): Family {
  const named = families[cause];
  if (named !== undefined) return named;
  if (/^http_(?:401|403)$/.test(cause)) return 'access';
  if (/^http_(?:404|405|410)$/.test(cause)) return 'not_there';
  if (/^http_(?:429|503)$/.test(cause)) return 'overload';
  if (/^http_5\d\d$/.test(cause)) return 'server_error';
  if (/^http_3\d\d$/.test(cause)) return 'web_page';
  // Bib-1 109 and 235: the database is not there; 236 and 1010 to 1015: who asks may not.
  if (/^bib1_(?:109|235)$/.test(cause)) return 'not_there';
  if (/^bib1_(?:236|101[0-5])$/.test(cause)) return 'access';
  if (/^(?:bib1_(?:11[34567]|12[0-3])|sru_1[0-9])$/.test(cause)) return 'index';
  if (/^(?:bib1_(?:1|2)|sru_1|x_error|internal_error)$/.test(cause)) return 'server_error';
  if (/^close_/.test(cause)) return 'reset';
  if (/^(?:ber|pdu|apdu|xml|json|html|record|http|body|bad|no)_/.test(cause)) return 'form';
  return 'unknown';
}
