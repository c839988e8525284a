"""WeChat as a second way in for members, and as a scanner: both off until an operator configures them.

Owns `WeChatIdentity`, one an account. Announces nothing. Others may call `services.sdk_configuration` for pages that
scan; the pages are the member's 微信登录.
"""
