import sys

from zhijia.cli import main

sys.exit(main())
