package vintk.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import vintk.rank.Ranking;

/** A JSON array of models, best first, one model per line. The keys are those of {@link vintk.rank.ResultJson} and the place. */
public final class JsonReport {

    private JsonReport() {}

    /** Writes the whole file. */
    public static void write(Ranking ranking, Writer out) throws IOException {
        Iterator<ObjectNode> models = JsonlReport.models(ranking).iterator();
        out.write("[\n");
        while (models.hasNext()) {
            out.write(models.next().toString());
            out.write(models.hasNext() ? ",\n" : "\n");
        }
        out.write("]\n");
    }
}
