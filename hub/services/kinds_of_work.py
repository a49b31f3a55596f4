"""Which handler does which kind of delivery, and which timers there are: the engine knows work by
its kind only."""

from __future__ import annotations

from hub.engine.work import Handler, TimerHandler
from hub.services import evidence_owed, hook_care, polls
from hub.services.core import Core
from hub.services.credentials.fresh import Fresh
from hub.services.credentials.pause_notes import RecordNoteHandler
from hub.services.deadlines import EXPIRY, REMINDER
from hub.services.following import FollowHandler
from hub.services.hosted import (
    answering,
    collecting,
    placing,
    saying,
    surveying,
    taking_back,
    watching,
)
from hub.services.intake import IntakeHandler
from hub.services.message_sending import MessageHandler
from hub.services.messages import KIND as MESSAGE
from hub.services.notice_sending import NoticeHandler
from hub.services.notices import KIND as NOTICE
from hub.services.notifying import collecting as collected
from hub.services.orders import CONCLUDE, POLL, ConcludeTimer, PollTimer
from hub.services.owed_kinds import RECORD_NOTE
from hub.services.preparing import KIND as PAPERS
from hub.services.preparing import PaperHandler
from hub.services.reminders import ExpiryTimer, ReminderTimer
from hub.services.replay_calls import CallHandler
from hub.services.replay_filters import CALL
from hub.services.step_context import STEP_KIND
from hub.services.steps import StepHandler
from hub.services.trigger_rows import FOLLOW, INTAKE
from hub.services.webhooks import KIND as WEBHOOK
from hub.services.webhooks import WebhookHandler


def handlers(core: Core) -> dict[str, Handler]:
    """By the kind of delivery."""
    return {kind: Fresh(core, handler) for kind, handler in _handlers(core).items()}


def _handlers(core: Core) -> dict[str, Handler]:
    return {
        INTAKE: IntakeHandler(core),
        FOLLOW: FollowHandler(core),
        MESSAGE: MessageHandler(core),
        NOTICE: NoticeHandler(core),
        PAPERS: PaperHandler(core),
        evidence_owed.KIND: evidence_owed.EvidenceHandler(core),
        STEP_KIND: StepHandler(core),
        RECORD_NOTE: RecordNoteHandler(core),
        WEBHOOK: WebhookHandler(core),
        CALL: CallHandler(core),
        placing.KIND: placing.PlaceHandler(core),
        surveying.KIND: surveying.SurveyHandler(core),
        answering.KIND: saying.SayHandler(core),
        taking_back.KIND: taking_back.WithdrawHandler(core),
        collecting.KIND: collecting.CollectHandler(core),
    }


def timers(core: Core) -> dict[str, TimerHandler]:
    """By the kind of timer."""
    return {
        REMINDER: ReminderTimer(core),
        EXPIRY: ExpiryTimer(core),
        POLL: PollTimer(core),
        CONCLUDE: ConcludeTimer(core),
        polls.KIND: polls.TablePollTimer(core),
        hook_care.KIND: hook_care.KeepHooksTimer(core),
        watching.KIND: watching.WatchTimer(core),
        collected.KIND: collected.CollectedTimer(core),
    }
