import type { FastifyInstance } from 'fastify';
import { deskPages } from './desk.ts';
import { deskPickupPages } from './desk-pickup.ts';
import { deskReaderPages } from './desk-readers.ts';
import { deskShelfPages } from './desk-shelf.ts';
import { type PageParts, registerPages } from './kit.ts';
import { linkCardPages } from './link-card.ts';
import { newRequestPages } from './new-request.ts';
import { pickupPages } from './pickup.ts';
import { profilePages } from './profile.ts';
import { registrationPages } from './register.ts';
import { myPages } from './requests.ts';
import { signInPages } from './sign-in.ts';

/** The pages of interlibrary loan: beside the API, and by the same functions of the loan core. */
export async function registerLoanPages(app: FastifyInstance, parts: PageParts): Promise<void> {
  await registerPages(app, parts, [
    ...signInPages(parts),
    ...registrationPages(parts),
    ...linkCardPages(parts),
    ...myPages(parts),
    ...pickupPages(parts),
    ...profilePages(parts),
    ...newRequestPages(parts),
    ...deskPages(parts),
    ...deskReaderPages(parts),
    ...deskPickupPages(parts),
    ...deskShelfPages(parts),
  ]);
}
