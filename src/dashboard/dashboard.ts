/** The dashboard: what staff see in a browser. */

import type { FastifyPluginAsync } from 'fastify'
import type { Translator } from '../relay/ports.ts'
import { accountRoutes } from './account.ts'
import { type AnnouncementDeps, announcementRoutes } from './announcement.ts'
import { type AnnouncementEditDeps, announcementEditRoutes } from './announcement-edit.ts'
import { assetRoutes } from './assets.ts'
import { attendanceRoutes } from './attendance.ts'
import { type ClassesDeps, classesRoutes } from './classes.ts'
import { closureRoutes } from './closures.ts'
import { type ConversationDeps, conversationRoutes } from './conversation.ts'
import { type ExchangeDeps, exchangeRoutes } from './exchanges.ts'
import { type FamiliesDeps, familiesRoutes } from './families.ts'
import { watchForms } from './form-pages.ts'
import { inboxRoutes } from './inbox.ts'
import { type LiveDeps, liveRoutes } from './live.ts'
import { openCookies } from './login-cookie.ts'
import { type OversightDeps, oversightRoutes } from './oversight.ts'
import { type OwnPhoneDeps, ownPhoneRoutes } from './own-phone.ts'
import { type PeopleDeps, peopleRoutes } from './people.ts'
import { reachRoutes } from './reach.ts'
import { reviewRoutes } from './review.ts'
import { type RosterDeps, rosterRoutes } from './roster.ts'
import { type SchoolDeps, schoolRoutes } from './school.ts'
import { languagesRoutes } from './school-languages.ts'
import { type SchoolMessageDeps, schoolMessageRoutes } from './school-message.ts'
import { numbersRoutes } from './school-numbers.ts'
import { type TextsDeps, textsRoutes } from './school-texts.ts'
import { translatorRoutes } from './school-translator.ts'
import { weekRoutes } from './school-week.ts'
import { sentencesRoutes } from './sentences.ts'
import { type SignInDeps, signInRoutes } from './sign-in.ts'
import { type StrangersDeps, strangersRoutes } from './strangers.ts'
import { tasksRoutes } from './tasks.ts'
import { gate } from './visits.ts'
import { buildWall } from './wall.ts'

/** What the dashboard needs of the house. */
export type DashboardDeps = SignInDeps &
  ConversationDeps &
  ExchangeDeps &
  ClassesDeps &
  FamiliesDeps &
  AnnouncementDeps &
  AnnouncementEditDeps &
  OversightDeps &
  SchoolDeps &
  SchoolMessageDeps &
  OwnPhoneDeps &
  RosterDeps &
  StrangersDeps &
  PeopleDeps &
  LiveDeps &
  Pick<Translator, 'covers'> &
  TextsDeps & {
    /** The engine that translates: a translator's `name`. */
    readonly translatorName: string
    /** The address that browsers use. */
    readonly publicUrl: string
    /** Signs the cookies. */
    readonly sessionSecret: string
    readonly now: () => Promise<Temporal.Instant>
  }

/** The pages, as a plugin with its own wall. */
export function dashboard(deps: DashboardDeps): FastifyPluginAsync {
  return async (app) => {
    await buildWall(app, deps.publicUrl)
    const cookies = await openCookies(app, { secret: deps.sessionSecret, publicUrl: deps.publicUrl })
    const leadToForms = watchForms(app)
    assetRoutes(app)
    await signInRoutes(app, deps, cookies)
    await app.register(async (inside) => {
      const visitOf = gate(inside, deps, cookies)
      inboxRoutes(inside, deps, visitOf)
      conversationRoutes(inside, deps, cookies, visitOf)
      exchangeRoutes(inside, deps, visitOf)
      classesRoutes(inside, deps, visitOf)
      familiesRoutes(inside, deps, visitOf)
      announcementRoutes(inside, deps, visitOf)
      announcementEditRoutes(inside, deps, visitOf)
      oversightRoutes(inside, deps, visitOf)
      schoolRoutes(inside, deps, visitOf)
      schoolMessageRoutes(inside, deps, visitOf)
      numbersRoutes(inside, deps, visitOf)
      languagesRoutes(inside, deps, visitOf)
      textsRoutes(inside, deps, visitOf)
      translatorRoutes(inside, deps, visitOf)
      weekRoutes(inside, deps, visitOf)
      attendanceRoutes(inside, deps, visitOf)
      await rosterRoutes(inside, deps, visitOf)
      closureRoutes(inside, deps, visitOf)
      reviewRoutes(inside, deps, visitOf)
      reachRoutes(inside, visitOf)
      tasksRoutes(inside, deps, visitOf)
      strangersRoutes(inside, deps, visitOf)
      peopleRoutes(inside, deps, visitOf)
      liveRoutes(inside, deps, cookies, visitOf)
      accountRoutes(inside, deps, visitOf)
      ownPhoneRoutes(inside, deps, visitOf)
      sentencesRoutes(inside, visitOf)
    })
    leadToForms()
  }
}
