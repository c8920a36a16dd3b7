package vintk.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import java.util.stream.Stream;
import vintk.rank.Ranked;
import vintk.rank.Ranking;
import vintk.rank.ResultJson;
import vintk.score.Result;

/**
 * One line of JSON per model, best first: the lines of a {@link vintk.rank.Journal} with the place of the model added, so that
 * a report can be read as a journal.
 */
final class JsonlReport {

    private JsonlReport() {}

    /** Writes the lines, each with its line break. */
    static void write(Ranking ranking, Writer out) throws IOException {
        for (Iterator<ObjectNode> models = models(ranking).iterator(); models.hasNext(); ) {
            out.write(models.next().toString());
            out.write('\n');
        }
    }

    /** The models in order, each made when it is asked for: the trees of thousands take more memory than their results. */
    static Stream<ObjectNode> models(Ranking ranking) {
        return Stream.concat(
                ranking.ranked().stream().map(JsonlReport::model),
                ranking.unranked().stream().map(JsonlReport::model));
    }

    private static ObjectNode model(Ranked place) {
        ObjectNode node = start(place.result());
        node.put("rank", place.rank());
        node.put("rank_best", place.best());
        node.put("rank_worst", place.worst());
        node.put("tied", place.tied());
        return node.setAll(ResultJson.tree(place.result()));
    }

    /** Without a score there is no place. */
    private static ObjectNode model(Result result) {
        ObjectNode node = start(result);
        node.putNull("rank");
        node.putNull("rank_best");
        node.putNull("rank_worst");
        // Not null: a column of true, false and nothing is none of truths where tables are read.
        node.put("tied", false);
        return node.setAll(ResultJson.tree(result));
    }

    private static ObjectNode start(Result result) {
        // The id leads, as in the ground truth tables.
        return JsonNodeFactory.instance.objectNode().put("id", result.name());
    }
}
