"""People and bots, and their standing in chats."""

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["ADMIN_RIGHTS", "ANONYMOUS", "Json", "Member", "User"]

Json = dict[str, Any]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ANONYMOUS = 1087968824
"""The user under whose name administrators write who stay anonymous."""

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
SPEECH_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


@dataclass(eq=False, slots=True)
class User:
    """A person or a bot; `deactivated` accounts are gone for good."""

    id: int
    first_name: str
    language_code: str = "en"
    username: str = ""
    is_bot: bool = False
    deactivated: bool = False

    @property
    def json(self) -> Json:
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        return shown | ({} if self.is_bot or not self.language_code else {"language_code": self.language_code})


@dataclass(eq=False, slots=True)
class Member:
    """Somebody's standing in a chat; `rights` are those an administrator has, or a restricted member keeps."""

    status: Status = "left"
    rights: frozenset[str] = frozenset()
    anonymous: bool = False

    def json(self, user: User) -> Json:
        shown: Json = {"status": self.status, "user": user.json}
        if self.status in {"creator", "administrator"}:
            shown["is_anonymous"] = self.anonymous
        if self.status == "administrator":
            shown |= {"can_be_edited": False} | {right: right in self.rights for right in ADMIN_RIGHTS}
            shown |= dict.fromkeys(self.rights, True)
        elif self.status == "restricted":
            shown |= {"is_member": True, "until_date": 0} | {right: right in self.rights for right in SPEECH_RIGHTS}
        elif self.status == "kicked":
            shown["until_date"] = 0
        return shown
