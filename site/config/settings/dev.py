"""The demonstration and development: everything on this machine, on 127.0.0.1."""

from config.env import env_bool, env_str
from config.settings.base import *

DEBUG = env_bool("DEBUG", default=False)
DEMO = env_bool("QINGFENG_DEMO", default=True)
SECRET_KEY = env_str("SECRET_KEY", "demonstration-on-127.0.0.1-only")
