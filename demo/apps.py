from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = "演示世界"

    def ready(self) -> None:
        from demo import registry
        from people.registry import register_demo_accounts

        register_demo_accounts(registry.accounts)
